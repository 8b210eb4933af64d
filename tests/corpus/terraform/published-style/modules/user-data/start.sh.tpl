#!/bin/sh
%{ for package in packages ~}
dnf install -y ${package}
%{ endfor ~}
/etc/eks/bootstrap.sh ${name} --extra "$${HOSTNAME}"
