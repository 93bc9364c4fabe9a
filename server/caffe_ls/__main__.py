"""`python -m caffe_ls` is `caffe-ls`."""

import sys

from caffe_ls.cli.main import main

sys.exit(main())
