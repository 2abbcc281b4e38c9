"""`python -m services` is `newsfold`."""

from services.cli import main

if __name__ == "__main__":
    main()
