"""What is added up over a run, over a group of it and over the scope of a budget: resource after resource, so that a stream has it too."""
