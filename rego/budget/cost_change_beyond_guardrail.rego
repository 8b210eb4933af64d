# METADATA
# title: Cost change stays inside the guardrail
# description: Fails when the change of the monthly cost is over a line, in money or in percent, or when too much has no price.
# scope: package
# custom:
#   id: BUD-001
#   pack: budget
#   severity: critical
#   enforcement: block
#   on_unknown: require-approval
#   inputs: [plan, k8s]
#   scope: change
#   parameters:
#     warn_over: {type: money, default: 500 USD}
#     approve_over: {type: money, default: 2000 USD}
#     block_over: {type: money, default: 10000 USD}
#     max_percent: {type: number, default: 25}
#     max_unpriced_share: {type: number, default: 0.10}
#   remediation: Cut the largest items, or ask the cost-centre owner to approve.
package spendgate.budget.cost_change_beyond_guardrail

import data.spendgate.lib
import rego.v1

change := input.change

delta := "delta_monthly.expected"

param(name) := lib.param("BUD-001", name, null)

# The lines, the strictest first: which number, which limit, and how strongly.
lines := [
	{"path": delta, "limit": param("block_over"), "enforcement": "block"},
	{"path": delta, "limit": param("approve_over"), "enforcement": "require-approval"},
	{"path": "delta_percent", "limit": param("max_percent"), "enforcement": "require-approval"},
	{"path": "unpriced_share", "limit": param("max_unpriced_share"), "enforcement": "require-approval"},
	{"path": delta, "limit": param("warn_over"), "enforcement": "warn"},
]

# The share counts from a thousand a month on: of a small stack any change is a large one.
counts(line) if line.path != "delta_percent"

counts(line) if {
	line.path == "delta_percent"
	lib.least(change, "before_monthly.expected") >= 1000
}

crossed := [line | some line in lines; counts(line); lib.above(change, line.path, line.limit)]

# A number that is neither there nor marked unknown fails its line: it cannot be compared.
absent := [line |
	some line in lines
	counts(line)
	not lib.unknown(change, line.path)
	lib.get(change, line.path, null) == null
]

broken := array.concat(crossed, absent)

order := {"block": 0, "require-approval": 1, "warn": 2}

strictest := [line | some line in broken; order[line.enforcement] == min([order[other.enforcement] | some other in broken])][0]

deny contains result if {
	line := strictest
	result := {
		"msg": sprintf("This change adds %s a month; the line for %s is %v.", [_shown, line.path, line.limit]),
		"path": concat(".", ["change", line.path]),
		"actual": lib.get(change, line.path, lib.least(change, line.path)),
		"expected": line.limit,
		"enforcement": line.enforcement,
	}
}

_shown := lib.money(lib.get(change, delta, 0)) if {
	lib.known(change, delta)
} else := sprintf("at least %s", [lib.money(lib.least(change, delta))]) if {
	lib.least(change, delta)
} else := "an unknown amount"

unsure contains line if {
	some line in lines
	counts(line)
	lib.maybe_above(change, line.path, line.limit)
}

unsure contains line if {
	some line in lines
	line.path == "delta_percent"
	lib.maybe_above(change, "before_monthly.expected", 999.999999)
	not lib.at_most(change, "delta_percent", line.limit)
}

unknown contains result if {
	some line in unsure
	result := {
		"msg": sprintf("The cost of this change is not known: %s must turn out to be at most %v", [line.path, line.limit]),
		"path": concat(".", ["change", line.path]),
		"enforcement": "require-approval",
	}
}
