"""``python -m wijkkit``: the command line."""

from wijkkit.cli import main

if __name__ == "__main__":
    main()
