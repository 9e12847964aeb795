from .base import Augmentation as Augmentation
from .diffaugment import DiffAugment as DiffAugment
from .diffaugment import brightness as brightness
from .diffaugment import contrast as contrast
from .diffaugment import cutout as cutout
from .diffaugment import saturation as saturation
from .diffaugment import translation as translation
