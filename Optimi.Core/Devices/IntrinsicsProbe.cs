using ILGPU;
using ILGPU.Runtime;
using Optimi.Kernels;

namespace Optimi;

/// <summary>Finds out whether an accelerator that was not made here knows the exact operations.</summary>
internal static class IntrinsicsProbe
{
    /// <summary>Compiles a kernel that needs them.</summary>
    /// <exception cref="DeviceException">It does not compile.</exception>
    public static void Run(Accelerator accelerator)
    {
        try
        {
            accelerator.LoadAutoGroupedKernel<Index1D, ArrayView<float>>(Kernel);
        }
        catch (Exception error) when (error is NotSupportedException or InternalCompilerException)
        {
            throw new DeviceException(
                $"The context of accelerator '{accelerator.Name}' does not know Optimi's operations;"
                + " build it with Context.Create(builder => builder.UseOptimi()...).", error);
        }
    }

    internal static void Kernel(Index1D index, ArrayView<float> numbers) =>
        numbers[index] = Exact.MultiplyAdd(numbers[index], numbers[index], 1);
}
