/* ziggurat.h - the layers of the ziggurat method (Marsaglia, Tsang 2000) for two densities.
 *
 * 256 layers of equal area V under f: x[1] = R is where the tail begins, x[0] = V / f(R) the width
 * of the base layer with the tail counted in, f(x[i + 1]) = f(x[i]) + V / x[i], x[256] = 0. R is
 * the one value for which the top layer ends at f = 1. test_random_stream.c computes them anew.
 */
#ifndef PUSHSIM_SIM_ZIGGURAT_H
#define PUSHSIM_SIM_ZIGGURAT_H

#include <stdint.h>

extern const double ziggurat_exponential[257]; /* f(x) = exp(-x), V = exp(-R) (R + 1) */
extern const double ziggurat_normal[257]; /* f(x) = exp(-x * x / 2), V = R f(R) + the tail's
                                                  area */
/* f(x[i]): what stands below and above a layer's wedge, without exp(). */
extern const double ziggurat_exponential_density[257];
extern const double ziggurat_normal_density[257];

/* A place in 0 .. width from a draw's high 53 bits, which know nothing of the low 8, the layer.
 * Signed: one instruction; width scaled first: that does not wait for the draw. */
static inline double ziggurat_position(uint64_t bits, double width)
{
    return (double)(int64_t)(bits >> 11) * (width * 0x1p-53);
}

#endif
