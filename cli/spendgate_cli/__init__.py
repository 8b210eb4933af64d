"""The command line of spendgate: options in, text and an exit code out. No logic of its own."""
