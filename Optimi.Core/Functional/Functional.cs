using System.Diagnostics.CodeAnalysis;
using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// Update rules as functions of memory that the caller owns: no <see cref="ParameterBuffer"/>, no optimizer, no states.
/// For frameworks that have their own tensors; the bits are those of an <see cref="Optimizer{TRule}"/>.
/// </summary>
/// <remarks>
/// The caller keeps the states (and the Kahan compensation, which parameters of low precision have unless the options switch it off),
/// zero at first, and counts the steps from 1. How each state is stored, the options say. Slots may not overlap. To an empty tensor
/// nothing happens.
/// <para>
/// What is stored in few bits is integers, too: of compressed states (<see cref="OptimizerOptions.CompressedStates"/>) both moments of a
/// number are one <see cref="ushort"/>, given as the first of the two, and any other state is an <see cref="sbyte"/>; the headers of all of
/// them are bytes in one further slot. Weights of 24 bits (<see cref="OptimizerOptions.MasterWeightBits"/>) have an <see cref="sbyte"/> of
/// low bits each, those of 32 bits a <see cref="short"/>, in place of a compensation. Codes, headers and low bits of 24 cover whole tiles
/// of 256 numbers: <see cref="SlotsOf"/> says how much that is. On devices each of them begins at an even byte.
/// </para>
/// </remarks>
[RequiresDynamicCode(CodeNeeds.ClosedTypes)]
public static class Functional
{
    /// <summary>How much memory a step of a tensor takes beside values and gradient.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="options">The rule's options.</param>
    /// <param name="dtype">How the values are stored.</param>
    /// <param name="length">How many there are: at least 0.</param>
    /// <returns>One for each argument that there has to be.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, for these values.</exception>
    /// <exception cref="ParameterException">The type is no storage type, or the length is negative.</exception>
    public static IReadOnlyList<SlotSize> SlotsOf<TRule>(RuleOptions<TRule> options, DType dtype, long length)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        if (length < 0)
            throw new ParameterException(FormattableString.Invariant($"The length of a tensor is {length}, but it must be at least 0."));
        return [.. FunctionalGuard.SizesOf<TRule>(options.LayoutOf(dtype.Checked(), dtype), length)];
    }

    /// <summary>Steps one tensor on the host. Nothing is copied, and once it was called before, nothing allocated.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="options">The rule's options, such as <see cref="AdamWOptions"/>.</param>
    /// <param name="step">t: the number of the tensor's step, from 1.</param>
    /// <param name="values">The parameter.</param>
    /// <param name="gradients">Its gradient, of any storage type.</param>
    /// <param name="first">The rule's first state, in the order of its state names (for Adam's kind <c>exp_avg</c>; if compressed, both
    /// moments).</param>
    /// <param name="second">The second state (<c>exp_avg_sq</c>; if compressed, nothing).</param>
    /// <param name="third">The third state.</param>
    /// <param name="fourth">The fourth state.</param>
    /// <param name="kahanComp">The Kahan compensation.</param>
    /// <param name="lowBits">The low bits of weights of 24 or 32 bits, which have them in place of a compensation.</param>
    /// <param name="headers">The headers of all compressed states, tile by tile.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates the gradient into the states.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="OptionException">An option has a value that it cannot have, or the step is below 1.</exception>
    /// <exception cref="ParameterException">A slot is missing, superfluous, of another length or of another storage.</exception>
    public static unsafe void Step<TRule>(
        RuleOptions<TRule> options,
        long step,
        TensorSpan values,
        ReadOnlyTensorSpan gradients,
        TensorSpan first = default,
        TensorSpan second = default,
        TensorSpan third = default,
        TensorSpan fourth = default,
        TensorSpan kahanComp = default,
        TensorSpan lowBits = default,
        TensorSpan headers = default,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        FunctionalGuard.CheckRest(kahanComp.Length, lowBits.Length);
        TensorSpan rest = lowBits.Length > 0 ? lowBits : kahanComp;
        SlotLayout layout = FunctionalGuard.Check(
            options,
            Shapes(
                values.Shape, gradients.Shape, rest.Shape, first.Shape, second.Shape, third.Shape, fourth.Shape, default, headers.Shape));
        if (values.Length == 0)
            return;
        fixed (byte* p = values, g = gradients, k = rest, s0 = first, s1 = second, s2 = third, s3 = fourth, h = headers)
        {
            SlotAddresses slots = default;
            ReadOnlySpan<nint> addresses = [(nint)p, (nint)g, (nint)k, (nint)s0, (nint)s1, (nint)s2, (nint)s3, 0, (nint)h];
            addresses.CopyTo(slots);
            HostPass<TRule>.RunAlone(
                options, context, layout, slots, values.Length, HostLanes.Widest, Environment.ProcessorCount);
        }
    }

    /// <summary>Steps a list of tensors on the host, of any storage types, in one pass of all threads.</summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="options">The rule's options.</param>
    /// <param name="step">t: the number of the tensors' step, from 1.</param>
    /// <param name="tensors">The tensors. Nothing is done if one of them is refused.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates gradients into the states.</param>
    /// <inheritdoc cref="Step{TRule}(RuleOptions{TRule}, long, TensorSpan, ReadOnlyTensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, double?, bool)" path="/exception"/>
    public static void Step<TRule>(
        RuleOptions<TRule> options,
        long step,
        ReadOnlySpan<TensorSlots> tensors,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        HostPass<TRule> pass = HostPass<TRule>.Take();
        try
        {
            foreach (TensorSlots tensor in tensors)
            {
                FunctionalGuard.CheckRest(tensor.KahanComp.Length, tensor.LowBits.Length);
                SlotShapes shapes = default;
                for (int slot = 0; slot < Slot.Count; slot++)
                    shapes[slot] = tensor[slot].Shape;
                SlotLayout layout = FunctionalGuard.Check(options, shapes);
                if (tensor.Values.Length == 0)
                    continue;
                SlotAddresses slots = default;
                for (int slot = 0; slot < Slot.Count; slot++)
                    slots[slot] = pass.Pin(tensor[slot]);
                pass.Add(HostFunctions<TRule>.Of(layout, accumulate, HostLanes.Widest), slots, tensor.Values.Length);
            }

            pass.Run(options, context, Environment.ProcessorCount);
        }
        finally
        {
            pass.Return();
        }
    }

    /// <summary>
    /// Steps one tensor on a device: queues the work in its stream, in one launch (three where the update depends on a mean over the
    /// tensor), and one more for each pass over the last numbers of a tensor whose length is no multiple of 256. Of a rule whose
    /// update depends on a mean, the device keeps small tables for each length that it has met.
    /// </summary>
    /// <typeparam name="TRule">The rule.</typeparam>
    /// <param name="device">The device of all views.</param>
    /// <param name="options">The rule's options.</param>
    /// <param name="step">t: the number of the tensor's step, from 1.</param>
    /// <param name="values">The parameter. Views that do not begin on 16 bytes (on OpenCL 4, or 8 for float32 beside narrower
    /// values) are stepped more slowly.</param>
    /// <param name="gradients">Its gradient, of any storage type.</param>
    /// <param name="first">The rule's first state, in the order of its state names.</param>
    /// <param name="second">The second state.</param>
    /// <param name="third">The third state.</param>
    /// <param name="fourth">The fourth state.</param>
    /// <param name="kahanComp">The Kahan compensation.</param>
    /// <param name="lowBits">The low bits of weights of 24 or 32 bits, which have them in place of a compensation.</param>
    /// <param name="headers">The headers of all compressed states, tile by tile.</param>
    /// <param name="lr">The learning rate of this step; that of the options if null.</param>
    /// <param name="accumulate">Whether the step only accumulates the gradient into the states.</param>
    /// <exception cref="ObjectDisposedException">The device is disposed.</exception>
    /// <exception cref="DeviceException">The device has no memory left for its tables, or a kernel does not compile; nothing has changed.</exception>
    /// <inheritdoc cref="Step{TRule}(RuleOptions{TRule}, long, TensorSpan, ReadOnlyTensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, TensorSpan, double?, bool)" path="/exception"/>
    [RequiresUnreferencedCode(CodeNeeds.WholeIlgpu)]
    public static void Step<TRule>(
        ComputeDevice device,
        RuleOptions<TRule> options,
        long step,
        TensorView values,
        TensorView gradients,
        TensorView first = default,
        TensorView second = default,
        TensorView third = default,
        TensorView fourth = default,
        TensorView kahanComp = default,
        TensorView lowBits = default,
        TensorView headers = default,
        double? lr = null,
        bool accumulate = false)
        where TRule : unmanaged, IUpdateRule<TRule, ScalarLane>
    {
        ArgumentNullException.ThrowIfNull(device);
        device.ThrowIfDisposed();
        StepContext context = FunctionalGuard.Check(options, step, lr, accumulate);
        FunctionalGuard.CheckRest(kahanComp.Length, lowBits.Length);
        TensorView rest = lowBits.Length > 0 ? lowBits : kahanComp;
        ReadOnlySpan<TensorView> views = [values, gradients, rest, first, second, third, fourth, default, headers];
        SlotLayout layout = FunctionalGuard.Check(
            options,
            Shapes(
                values.Shape, gradients.Shape, rest.Shape, first.Shape, second.Shape, third.Shape, fourth.Shape, default, headers.Shape));
        foreach (TensorView view in views)
            view.CheckDevice(device);
        if (values.Length == 0)
            return;
        lock (device.Gate)
        {
            device.ThrowIfDisposed();
            SlotPlaces places = default;
            SlotAddresses addresses = default;
            for (int slot = 0; slot < views.Length; slot++)
            {
                MemoryPlace place = views[slot].PlaceOn(device);
                places[slot] = place with { IsPadded = place.IsPadded || layout.CoversTiles(slot) };
                addresses[slot] = place.At;
            }

            if (device.Shape != KernelShape.Host)
            {
                for (int slot = 0; slot < views.Length; slot++)
                    FunctionalGuard.CheckAlignment<TRule>(layout, slot, addresses[slot]);
                device.Function<TRule>(layout, values.Length, accumulate).Run(options, context, places, values.Length);
                return;
            }

            HostPass<TRule>.RunAlone(options, context, layout, addresses, values.Length, device.Lane, device.Threads);
        }

        // Only addresses went on; ILGPU's buffers free their memory once nobody knows them.
        foreach (TensorView view in views)
            view.KeepAlive();
    }

    private static SlotShapes Shapes(params ReadOnlySpan<SlotShape> given)
    {
        SlotShapes shapes = default;
        given.CopyTo(shapes);
        return shapes;
    }
}
