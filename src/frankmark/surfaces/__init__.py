"""What people and programs touch; surfaces translate and decide nothing."""
