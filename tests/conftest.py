"""What holds for every test: how hard a property is tried.

`quick` answers while one works; `make test`, and so continuous integration, asks for `thorough`.
"""

from hypothesis import settings

settings.register_profile("thorough", deadline=None)  # a busy machine is no failing test
settings.register_profile("quick", settings.get_profile("thorough"), max_examples=25)
settings.load_profile("quick")
