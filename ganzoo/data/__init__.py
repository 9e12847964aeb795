"""Data sets as infinite tf.data pipelines of TFDS-named features."""
