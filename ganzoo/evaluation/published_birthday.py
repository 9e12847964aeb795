"""Published results of the birthday test by class, for comparison."""

SOURCE = "Arora and Zhang 2017, arXiv:1706.08224: Stacked GAN, judged by people; recalled from a figure, uncertain"

# CIFAR-10's classes: the batch size at which half of the batches hold a duplicate. Only the order is corroborated: the
# authors' text names automobiles, frogs and cats as the classes that repeat themselves.
BATCH_SIZES = {
    "airplane": 500,
    "automobile": 50,
    "bird": 500,
    "cat": 100,
    "deer": 500,
    "dog": 300,
    "frog": 50,
    "horse": 200,
    "ship": 500,
    "truck": 500,
}
PUBLISHED = {"cifar10": BATCH_SIZES}


def published(data, name):
    """The published result for a class: a dict of `batch_size` and `support`, its square; None where there is none.

    Args:
        data: the data set's name.
        name: the class's.
    """
    size = PUBLISHED.get(data, {}).get(name)
    return size and {"batch_size": size, "support": size**2}
