"""How the tests of CloudWatch sign in."""

from tests.unit.inputs.utilisation.cloudwatch_server import signed_in as signed_in
