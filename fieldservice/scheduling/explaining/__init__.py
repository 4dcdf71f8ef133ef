"""Why a plan is as it is: what keeps visits out or would let them in, where else they could go."""
