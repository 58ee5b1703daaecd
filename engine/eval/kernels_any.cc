#define HENG_KERNELS any
#include "engine/eval/kernels.inc"
