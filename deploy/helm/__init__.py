"""What the chart takes from elsewhere: its README, the schema of settings, copies of rules (`build.py`)."""
