"""Old nets and solvers in today's form, as Caffe's own upgrade makes them; comments and untouched text are kept."""
