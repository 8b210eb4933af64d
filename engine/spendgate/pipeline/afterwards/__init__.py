"""What is made of a report once it is there: compared, grouped, converted, held against what runs, recorded as a baseline."""
