using System.Reflection;
using System.Runtime.InteropServices;

namespace Optimi.TorchSharp;

/// <summary>
/// What a step asks of a tensor, straight from TorchSharp's native library: the managed properties allocate a tensor or a shape for each
/// answer. A tensor is its native handle here.
/// </summary>
internal static partial class NativeTensor
{
    private const string Library = "LibTorchSharp";

    // TorchSharp may have loaded its library from a folder of its own choice, which is found beside its assembly.
    static NativeTensor() => NativeLibrary.SetDllImportResolver(typeof(NativeTensor).Assembly, Resolve);

    /// <summary>The address of the first number: of the host's memory or the device's, whatever the offset of a view.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_data")]
    public static partial nint Data(nint tensor);

    /// <summary>A new handle of the gradient, to be given to <see cref="Free"/>; 0 if there is none.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_grad")]
    public static partial nint Gradient(nint tensor);

    /// <summary>Lets go of a handle.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_dispose")]
    public static partial void Free(nint tensor);

    /// <summary>The type of its numbers, as <c>torch.ScalarType</c> counts them.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_type")]
    public static partial sbyte Type(nint tensor);

    /// <summary>Where it lies, as <c>DeviceType</c> counts.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_device_type")]
    public static partial int DeviceType(nint tensor);

    /// <summary>On which device of that type.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_device_index")]
    public static partial int DeviceIndex(nint tensor);

    /// <summary>How many numbers there are.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_numel")]
    public static partial long Length(nint tensor);

    /// <summary>Whether it stores no numbers but those at some indices.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_is_sparse")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsSparse(nint tensor);

    /// <summary>Whether its numbers lie row-major, without gaps. Not to be asked of sparse tensors.</summary>
    [LibraryImport(Library, EntryPoint = "THSTensor_is_contiguous")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsContiguous(nint tensor);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == Library && NativeLibrary.TryLoad(name, typeof(torch).Assembly, path, out nint library) ? library : 0;
}
