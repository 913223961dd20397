using Optimi.Kernels;

namespace Optimi;

/// <summary>
/// A pass over the gradients of some parameters before they are stepped: the sum of their squares, tensor by tensor and of all, and the
/// verdict that follows from it. The order of the parameters is that of the sum.
/// </summary>
internal abstract class GradientPass : IDisposable
{
    private readonly Dictionary<Parameter, int> _numberOf = [];
    private readonly ParameterBuffer[] _buffers;
    private readonly Entry[] _entries;
    private readonly Action _forgetParticipants;
    private long _participations = -1;
    private long _bindings = -1;

    /// <param name="device">The device of all parameters.</param>
    /// <param name="parameters">The parameters.</param>
    protected GradientPass(ComputeDevice device, IReadOnlyList<Parameter> parameters)
    {
        Device = device;
        _buffers = [.. parameters.Select(parameter => parameter.Buffer).Distinct()];
        _entries = new Entry[parameters.Count];
        IGrouping<DType, int>[] alike =
            [.. Enumerable.Range(0, parameters.Count).GroupBy(number => parameters[number].GradientDType)];
        Memories = new LaunchMemory[alike.Length];
        foreach ((int launch, IGrouping<DType, int> numbers) in alike.Index())
        {
            foreach ((int index, int number) in numbers.Index())
            {
                _entries[number] = new(parameters[number], launch, index);
                _numberOf.Add(parameters[number], number);
            }

            Memories[launch] = new LaunchMemory(
                device,
                new SlotLayout(numbers.Key, numbers.Key, WeightFormat.Plain, default),
                [.. numbers.Select(number => parameters[number].Length)],
                moves: false);
        }

        TakesPart = new bool[parameters.Count];
        _forgetParticipants = () => _participations = -1;
    }

    protected ComputeDevice Device { get; }

    /// <summary>The gradients of each storage type.</summary>
    protected LaunchMemory[] Memories { get; }

    /// <summary>How many parameters there are.</summary>
    public int Count => _entries.Length;

    /// <summary>Whether each parameter takes part.</summary>
    protected bool[] TakesPart { get; }

    /// <summary>The one parameter that takes part; null if it is a pass over all.</summary>
    protected int? Alone { get; private set; }

    /// <summary>A parameter's number in the order of the sum.</summary>
    public int NumberOf(Parameter parameter) => _numberOf[parameter];

    /// <summary>Finds it; there is none if the parameter came after the pass was made.</summary>
    public bool TryGetNumber(Parameter parameter, out int number) => _numberOf.TryGetValue(parameter, out number);

    /// <summary>The launch that a parameter's gradient is read by, and its number in it.</summary>
    protected (int Launch, int Index) PlaceOf(int number) => (_entries[number].Launch, _entries[number].Index);

    /// <summary>Begins a pass over all gradients that there are, allocates what it needs, and begins to compile the kernels that are
    /// missing.</summary>
    public void Begin(Transaction transaction)
    {
        long participations = SumOf(static buffer => buffer.Participations);
        long bindings = SumOf(static buffer => buffer.Bindings);
        if (Alone is not null || participations != _participations)
            BeginAnew(transaction);
        else if (bindings != _bindings)
            MoveGradients();
        (_participations, _bindings, Alone) = (participations, bindings, null);
        for (int launch = 0; launch < Memories.Length; launch++)
            Prepare(launch, Memories[launch].Range);
    }

    /// <summary>Begins a pass over one gradient.</summary>
    /// <param name="number">The parameter's number.</param>
    /// <param name="gradient">Where the gradient lies.</param>
    public void BeginAlone(int number, MemoryPlace gradient)
    {
        ForgetAll();
        Alone = number;
        TakePart(number, gradient);
        (int launch, int index) = PlaceOf(number);
        Prepare(launch, Memories[launch].RangeOf(index, 1));
    }

    /// <summary>Begins to compile the kernels.</summary>
    /// <returns>Complete when they are there.</returns>
    public abstract Task Prepare();

    /// <summary>Waits for the compiler.</summary>
    public abstract void AwaitKernels();

    /// <summary>Makes the pass, or queues it.</summary>
    /// <param name="scalars">What is asked of the gradients.</param>
    public abstract void Run(JudgeScalars scalars);

    /// <summary>What the kernels of the step read; null where the host knows it by now.</summary>
    public abstract ILGPU.ArrayView<int>? Verdict { get; }

    /// <summary>What was found, waiting for it and for nothing else: the verdict, the sum of all squares, and the sum of each tensor's.</summary>
    public abstract ReadOnlySpan<float> Await();

    public abstract void Dispose();

    /// <summary>Lets no tensor take part any more.</summary>
    protected abstract void Forget(int launch);

    /// <summary>Lets a tensor take part from where its gradient is.</summary>
    protected abstract void TakePart(int launch, int index);

    /// <summary>Takes notice that the gradient of a tensor that takes part lies elsewhere.</summary>
    protected abstract void MoveGradient(int launch, int index);

    /// <summary>Prepares a launch over some of its tensors.</summary>
    protected abstract void Prepare(int launch, LaunchRange range);

    private void BeginAnew(Transaction transaction)
    {
        ForgetAll();
        // Gradients that are allocated now are freed again if anything fails.
        transaction.OnRollback(_forgetParticipants);
        for (int number = 0; number < _entries.Length; number++)
        {
            Parameter parameter = _entries[number].Parameter;
            if (!parameter.HasGradient || parameter.Frozen)
                continue;
            parameter.AllocateGradient(transaction);
            TakePart(number, parameter.GradientPlace);
        }
    }

    private void ForgetAll()
    {
        _participations = -1;
        Array.Clear(TakesPart);
        for (int launch = 0; launch < Memories.Length; launch++)
            Forget(launch);
    }

    private void TakePart(int number, MemoryPlace gradient)
    {
        (int launch, int index) = PlaceOf(number);
        Place(launch, index, gradient);
        TakesPart[number] = true;
        TakePart(launch, index);
    }

    private void Place(int launch, int index, in MemoryPlace gradient)
    {
        Memories[launch].MoveGradient(index, gradient);
        // The pass does not look at values, but OpenCL's kernels take a buffer of them.
        if (!Device.HasAddresses)
            Memories[launch].Set(index, Slot.Values, gradient);
    }

    private void MoveGradients()
    {
        for (int number = 0; number < _entries.Length; number++)
        {
            if (!TakesPart[number])
                continue;
            MemoryPlace gradient = _entries[number].Parameter.GradientPlace;
            (int launch, int index) = PlaceOf(number);
            Place(launch, index, gradient);
            MoveGradient(launch, index);
        }
    }

    private long SumOf(Func<ParameterBuffer, long> count)
    {
        long sum = 0;
        foreach (ParameterBuffer buffer in _buffers)
            sum += count(buffer);
        return sum;
    }

    /// <summary>A parameter, the launch of its gradient's storage type, and its number in it.</summary>
    private readonly record struct Entry(Parameter Parameter, int Launch, int Index);
}
