#!/bin/bash
# What sudo itself makes of the rules. Its plugins are the image's own: without sudo.conf.
rm -rf /etc/sudo.conf
sudo -l -U '{{service}}'
