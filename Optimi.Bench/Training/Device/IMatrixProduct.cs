using ILGPU;

namespace Optimi.Bench;

/// <summary>Multiplies float32 matrices on a device.</summary>
internal interface IMatrixProduct : IDisposable
{
    /// <summary>Queues the product of two matrices.</summary>
    /// <param name="a">The left one.</param>
    /// <param name="b">The right one, with as many rows as the left one has columns.</param>
    /// <param name="product">Where the product goes, row by row.</param>
    void Multiply(DeviceMatrix a, DeviceMatrix b, ArrayView<float> product);
}
