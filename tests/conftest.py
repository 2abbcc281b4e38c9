"""What holds for every test."""

from hypothesis import settings

settings.register_profile("newsfold", deadline=None)  # a busy machine is no failing test
settings.load_profile("newsfold")
