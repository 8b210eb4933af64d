"""`python -m spendgate_cli`."""

from spendgate_cli.main import main

main()
