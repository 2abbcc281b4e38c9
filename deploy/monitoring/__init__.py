"""Rules, their tests, dashboards and routes, written from the catalogue of metrics (`build.py`)."""
