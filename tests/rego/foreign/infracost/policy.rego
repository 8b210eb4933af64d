package infracost

import rego.v1

most := 5000

deny contains out if {
	delta := to_number(input.diffTotalMonthlyCost)
	out := {
		"msg": sprintf("The change costs %v %s a month; %d is the most", [delta, input.currency, most]),
		"failed": delta >= most,
	}
}

deny contains out if {
	some resource in input.projects[_].breakdown.resources
	resource.resourceType == "aws_instance"
	cost := to_number(resource.monthlyCost)
	out := {"msg": sprintf("%s costs %v", [resource.name, cost]), "failed": cost > 1000}
}
