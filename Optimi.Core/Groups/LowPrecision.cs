namespace Optimi;

/// <summary>
/// How the parameters of a model are stored that is trained in bfloat16 or float16: some stay float32, by default norms, embeddings and
/// rotary frequencies (<see cref="ParameterFilter.InFloat32"/>), because they are small or lose most by rounding.
/// </summary>
/// <remarks>Each storage type is a launch of its own in a step, so a model cast this way takes two.</remarks>
public sealed class LowPrecision
{
    /// <summary>Creates a policy with the usual parameters in float32, and others.</summary>
    /// <param name="target">How all others are stored: <see cref="DType.BFloat16"/> or <see cref="DType.Float16"/>.</param>
    /// <param name="patterns">Names of more parameters that stay float32, such as <c>lm_head.*</c>: see <see cref="ParameterFilter"/>.</param>
    /// <exception cref="ArgumentNullException">A pattern is null.</exception>
    /// <exception cref="ParameterException">The target is not of low precision, or a pattern is empty.</exception>
    public LowPrecision(DType target, params ReadOnlySpan<string> patterns)
        : this(target, ParameterFilter.InFloat32.Or(patterns))
    {
    }

    /// <summary>Creates a policy.</summary>
    /// <param name="target">How all others are stored: <see cref="DType.BFloat16"/> or <see cref="DType.Float16"/>.</param>
    /// <param name="inFloat32">Which parameters stay float32: these alone, in place of <see cref="ParameterFilter.InFloat32"/>.</param>
    /// <exception cref="ArgumentNullException">The filter is null.</exception>
    /// <exception cref="ParameterException">The target is not of low precision.</exception>
    public LowPrecision(DType target, ParameterFilter inFloat32)
    {
        ArgumentNullException.ThrowIfNull(inFloat32);
        if (!target.Checked().IsLowPrecision())
        {
            throw new ParameterException(
                $"The target is {target}, which is not of low precision; use {DType.BFloat16} or {DType.Float16}, or the buffer as it is.");
        }

        Target = target;
        InFloat32 = inFloat32;
    }

    /// <summary>How parameters are stored that do not stay float32.</summary>
    public DType Target { get; }

    /// <summary>Which parameters stay float32.</summary>
    public ParameterFilter InFloat32 { get; }

    /// <summary>How a parameter is to be stored, which <see cref="ParameterBuffer.Add"/> asks for.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="shape">The extent of each dimension.</param>
    /// <exception cref="ArgumentNullException">The name is null.</exception>
    public DType DTypeOf(string name, params ReadOnlySpan<int> shape) => InFloat32.Matches(name, shape) ? DType.Float32 : Target;

    /// <summary>Copies a model's parameters into a new buffer, in low precision but for the usual ones and others.</summary>
    /// <inheritdoc cref="Cast(ParameterBuffer, LowPrecision, ComputeDevice)"/>
    /// <param name="source">The parameters. They stay as they are.</param>
    /// <param name="target">How they are stored: <see cref="DType.BFloat16"/> or <see cref="DType.Float16"/>.</param>
    /// <param name="patterns">Names of more parameters that stay float32, such as <c>lm_head.*</c>: see <see cref="ParameterFilter"/>.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="ParameterException">There is no parameter, the target is not of low precision, or a pattern is empty or matches
    /// none.</exception>
    public static ParameterBuffer Cast(ParameterBuffer source, DType target, params ReadOnlySpan<string> patterns) =>
        Cast(source, new LowPrecision(target, patterns));

    /// <summary>Copies a model's parameters into a new buffer, each stored as a policy says.</summary>
    /// <param name="source">The parameters. They stay as they are.</param>
    /// <param name="policy">How each is stored.</param>
    /// <param name="device">Where the new buffer is; on the source's device if null. Nobody may write the source's values while they are
    /// copied to another device.</param>
    /// <returns>
    /// A buffer of the caller's, with the same names, shapes and order, and memory for gradients of the same kind. Values are rounded to
    /// the nearest, ties to even; beyond 65,504 they become infinite in float16. Frozen parameters are frozen again. Gradients, and the
    /// states of optimizers, are not copied.
    /// </returns>
    /// <exception cref="ArgumentNullException">The source or the policy is null.</exception>
    /// <exception cref="ParameterException">There is no parameter, a pattern matches none, or a tensor is larger than the device's
    /// memory.</exception>
    /// <exception cref="ObjectDisposedException">The source or a device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left; nothing is allocated then.</exception>
    public static ParameterBuffer Cast(ParameterBuffer source, LowPrecision policy, ComputeDevice? device = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(policy);
        source.ThrowIfDisposed();
        Parameter[] parameters = [.. source];
        if (parameters.Length == 0)
            throw new ParameterException("The buffer has no parameters to cast; add them first.");
        policy.InFloat32.CheckPatterns(parameters);
        var cast = new ParameterBuffer(device ?? source.Device, source.GradientMemory, source.GradientDType);
        try
        {
            foreach (Parameter parameter in parameters)
            {
                DType dtype = policy.DTypeOf(parameter.Name, parameter.Shape);
                cast.Add(parameter.Name, dtype, parameter.Shape).Frozen = parameter.Frozen;
            }

            CopyValues(parameters, cast);
            return cast;
        }
        catch
        {
            cast.Dispose();
            throw;
        }
    }

    private static void CopyValues(Parameter[] parameters, ParameterBuffer cast)
    {
        ComputeDevice from = parameters[0].Buffer.Device;
        if (from != cast.Device)
        {
            // Two devices are never held at once, or two casts in opposite directions could wait for each other.
            Copy();
            return;
        }

        // In one turn, so that no step comes between two tensors.
        lock (from.Gate)
            Copy();

        void Copy()
        {
            // Memory first: values written before there is any would wait on the host, and take as much there again.
            lock (cast.Device.Gate)
                cast.PlaceAll();
            foreach ((Parameter source, Parameter target) in parameters.Zip(cast))
                target.Value.CopyFrom(source.Value);
        }
    }
}
