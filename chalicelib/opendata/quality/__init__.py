"""How good a published dataset is: five dimensions, 100 points, a grade, what to mend, stars and history."""

from .grading import quality as quality
from .model import GRADES as GRADES
from .model import WEIGHTS as WEIGHTS
from .model import Dimension as Dimension
from .model import Finding as Finding
from .model import Grade as Grade
from .model import Quality as Quality
from .timeliness import NEVER_UPDATED as NEVER_UPDATED
