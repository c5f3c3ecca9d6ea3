"""What every test shares: how hypothesis looks for examples."""

import os

from hypothesis import settings

# No deadline: a slow machine is no defect. In CI the examples are the same each time, so that red can be repeated;
# elsewhere every run looks somewhere else.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
