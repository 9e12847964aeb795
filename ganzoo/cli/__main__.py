"""`python -m ganzoo.cli`."""

from ganzoo.cli.main import main

main()
