using ILGPU;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Memory that a simulated group shares.</summary>
/// <param name="Numbers">Numbers, as many as any group shares.</param>
/// <param name="Count">A count.</param>
internal readonly record struct SharedNumbers(ArrayView<ScalarLane> Numbers, ArrayView<int> Count);
