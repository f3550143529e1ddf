/**
 * The weights that integrate the polynomial through some points: Σ wᵢ·yᵢ = ∫ p(u)·ρ(u) du, where p has the degree
 * nodes − 1 and p(nodes[i]) = yᵢ, and ρ is known by its moments. Each is the integral of a Lagrange basis polynomial.
 *
 * @param nodes all different
 * @param moments ∫ u^k·ρ(u) du for k = 0 … nodes − 1
 */
export function lagrangeWeights(nodes: readonly number[], moments: readonly number[]): readonly number[] {
  return nodes.map((node) => {
    let basis = [1]; // coefficients of Π (u − other)/(node − other), lowest first
    for (const other of nodes) if (other !== node) basis = timesFactor(basis, other, node - other);
    return basis.reduce((sum, coefficient, k) => sum + coefficient * moments[k]!, 0);
  });
}

/** polynomial · (u − root)/scale */
function timesFactor(polynomial: readonly number[], root: number, scale: number): number[] {
  return Array.from(
    { length: polynomial.length + 1 },
    (_, k) => ((polynomial[k - 1] ?? 0) - root * (polynomial[k] ?? 0)) / scale,
  );
}
