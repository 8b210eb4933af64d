package lib.plan

import rego.v1

kept(plan) := [change | some change in plan.resource_changes; change.change.after != null]
