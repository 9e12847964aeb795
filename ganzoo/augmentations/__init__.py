"""What a discriminator sees in place of images, real and generated alike: differentiable augmentations, one a file."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
