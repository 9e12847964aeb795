"""The GAN families: Keras models that own their networks and their algorithm, one a file."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
