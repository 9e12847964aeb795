"""ganzoo: GAN families that train from one recipe file, are judged honestly, and leave as SavedModels.

What `__init__.pyi` names is public and imported when it is first used.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
