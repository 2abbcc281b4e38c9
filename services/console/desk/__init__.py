"""What stands behind `newsfold desk`, and the Desk that `newsfold run all` serves."""
