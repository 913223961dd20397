namespace Optimi.Tests;

/// <summary>A tensor as the tests' own reader and writer know it.</summary>
/// <param name="DType">The type as the format calls it.</param>
/// <param name="Shape">The extent of each dimension.</param>
/// <param name="Bytes">The numbers, little-endian.</param>
internal sealed record PlainTensor(string DType, long[] Shape, byte[] Bytes);
