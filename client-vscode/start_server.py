"""Starts the packed server: the bundled packages, the standard library, and nothing else."""

import os
import runpy
import sys

if sys.version_info < (3, 10):
    sys.exit("caffe-ls needs Python 3.10 or newer, this is %d.%d" % sys.version_info[:2])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundled"))
runpy.run_module("caffe_ls", run_name="__main__", alter_sys=True)
