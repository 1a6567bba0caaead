#!/bin/bash
# What the resolver makes of the files on disk.
getent ahosts '{{service}}.{{zone}}' | awk '{ print $1 }' | sort -u
