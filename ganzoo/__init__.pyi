from . import augmentations as augmentations
from . import averages as averages
from . import data as data
from . import errors as errors
from . import families as families
from . import layers as layers
from . import likelihoods as likelihoods
from . import losses as losses
from . import metrics as metrics
from . import negative_sampling as negative_sampling
from . import networks as networks
from . import noise as noise
from . import optimizers as optimizers
from . import penalties as penalties
from . import recipe as recipe
from . import schedules as schedules
from .api import birthday as birthday
from .api import compare as compare
from .api import evaluate as evaluate
from .api import export as export
from .api import load as load
from .api import neighbours as neighbours
from .api import sample as sample
from .api import train as train
from .errors import UserError as UserError
from .recipe import Recipe as Recipe

__version__: str
