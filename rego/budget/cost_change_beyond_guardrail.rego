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
#     max_percent: {type: number, default: 25, min: 0}
#     min_base: {type: money, default: 1000 USD}
#     max_unpriced_share: {type: number, default: 0.10, min: 0, max: 1}
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

# Percentages count from a base on: of a small stack any change is a large one.
counts(line) if line.path != "delta_percent"

counts(line) if {
	line.path == "delta_percent"
	lib.least(change, "before_monthly.expected") >= param("min_base")
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

strictest(found) := [line |
	some line in found
	order[line.enforcement] == min([order[other.enforcement] | some other in found])
][0]

deny contains result if {
	line := strictest(broken)
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

# Lines that may be crossed, or that may count: what is not known decides.
unsure := [line | some line in lines; _may_be_crossed(line)]

_may_be_crossed(line) if {
	counts(line)
	lib.maybe_above(change, line.path, line.limit)
}

_may_be_crossed(line) if {
	line.path == "delta_percent"
	_may_count
	not lib.at_most(change, line.path, line.limit)
}

# Whether the base is large enough cannot be told.
_may_count if {
	lib.unknown(change, "before_monthly.expected")
	not _at_least_base
	not _below_base
}

_at_least_base if lib.least(change, "before_monthly.expected") >= param("min_base")

_below_base if lib.most(change, "before_monthly.expected") < param("min_base")

unknown contains result if {
	line := strictest(unsure)
	result := {
		"msg": sprintf("The cost of this change is not known: %s must turn out to be at most %v.", [line.path, line.limit]),
		"path": concat(".", ["change", line.path]),
		"enforcement": line.enforcement,
	}
}
