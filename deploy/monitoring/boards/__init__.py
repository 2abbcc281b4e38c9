"""The dashboards, a module each."""

from deploy.monitoring.boards import feeds, flow, fold, overview, spread
from deploy.monitoring.panel import Dashboard

DASHBOARDS: tuple[Dashboard, ...] = (overview.BOARD, flow.BOARD, feeds.BOARD, fold.BOARD, spread.BOARD)
