#define HENG_KERNELS avx2
#include "engine/eval/kernels.inc"
