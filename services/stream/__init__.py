"""How records move; knows nothing of news."""
