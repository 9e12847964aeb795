"""The studies that there are, by name: what each asks. A study is the module of that name, with a function `study`."""

QUESTIONS = {
    "balance": "Which learning rates keep discriminator and generator in balance, and does balance mean good samples?",
    "capacity": "Does a larger discriminator make a generator of more different samples?",
    "collapse": "Which modes does a generator hold at each checkpoint, and which does it drop again?",
    "divergence": "Does a discriminator find the divergence of theory, and what does each tell the generator?",
    "fid_count": "How much of a Frechet distance is the number of samples?",
    "memorization": "From how few images on does a GAN copy, and which metric says so first?",
}
