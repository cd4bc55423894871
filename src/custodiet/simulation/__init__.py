"""A made-up scheme with ground truth, driving the real flows. Nobody here exists; everyone lives in the sea."""
