"""Terraform and OpenTofu source, evaluated before there is a plan: what is known is known, the rest says why it is not.

`nodes` and `operations` are the language's tree, each node able to say its value; `grammar` makes the tree from text.
`modules` holds what the files of a folder declare, `instances` works out which modules and resources there are, `reading` turns
those into a workload. `locations` finds file and line, for plans too. tfparse and python-hcl2 check and complete what is read
here (`second_evaluator`, `second_reader`).
"""
