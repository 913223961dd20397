namespace Optimi.TorchSharp;

/// <summary>Where the numbers of a tensor lie, and how they are stored.</summary>
/// <param name="Address">Where the first one lies; 0 if there is none.</param>
/// <param name="DType">How they are stored.</param>
/// <param name="Length">How many there are.</param>
/// <param name="Device">What they lie on.</param>
internal readonly record struct TensorPlace(nint Address, DType DType, long Length, (TorchDevice Type, int Index) Device)
{
    /// <summary>Whether they lie in the host's memory.</summary>
    public bool IsOnHost => Device.Type == TorchDevice.CPU;

    /// <summary>The device, as Optimi calls it.</summary>
    public string DeviceName => IsOnHost ? "cpu" : FormattableString.Invariant($"cuda:{Math.Max(Device.Index, 0)}");

    /// <summary>Finds out where a tensor lies.</summary>
    /// <param name="parameter">The parameter's name.</param>
    /// <param name="isGradient">Whether it is the parameter's gradient.</param>
    /// <param name="tensor">Its native handle.</param>
    /// <exception cref="ParameterException">It is none that can be stepped where it lies.</exception>
    public static TensorPlace Of(string parameter, bool isGradient, nint tensor)
    {
        if (NativeTensor.IsSparse(tensor))
            throw Refusal("is sparse, and steps are over all numbers; make it dense, by to_dense() or sparse: false.");
        var device = ((TorchDevice)NativeTensor.DeviceType(tensor), NativeTensor.DeviceIndex(tensor));
        if (device.Item1 is not (TorchDevice.CPU or TorchDevice.CUDA))
            throw Refusal($"lies on {device.Item1}, but steps are on CPU or CUDA; move it there by to().");
        var type = (torch.ScalarType)NativeTensor.Type(tensor);
        DType dtype = type switch
        {
            torch.ScalarType.Float32 => DType.Float32,
            torch.ScalarType.BFloat16 => DType.BFloat16,
            torch.ScalarType.Float16 => DType.Float16,
            _ => throw Refusal(
                $"is of {type}, but steps are over Float32, BFloat16 or Float16; convert it by to(), or leave it to an optimizer of TorchSharp's."),
        };
        if (!NativeTensor.IsContiguous(tensor))
            throw Refusal("is not contiguous, and is stepped where it lies; make it so by contiguous().");
        return new TensorPlace(NativeTensor.Data(tensor), dtype, NativeTensor.Length(tensor), device);

        // A text for each step's gradient would be an allocation.
        ParameterException Refusal(string why) => new($"{(isGradient ? "The gradient of parameter" : "Parameter")} '{parameter}' {why}");
    }

    /// <summary>Memory of the host that is stored alike.</summary>
    public TensorMemory MemoryAt(nint address) => Length == 0 ? default : new(address, DType, (nint)Length);

    /// <summary>Memory of the device that is stored alike.</summary>
    public TensorView ViewAt(nint address) => Length == 0 ? default : new(address, DType, Length);
}
