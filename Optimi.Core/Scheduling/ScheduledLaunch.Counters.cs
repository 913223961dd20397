namespace Optimi;

/// <content>How many steps each tensor has taken part in, and what is set by hand.</content>
internal sealed partial class ScheduledLaunch<TRule>
{
    /// <summary>Steps like the last one that the tensors do not know of yet.</summary>
    private long _uncounted;

    /// <summary>Counts the step that was made.</summary>
    public void Count()
    {
        RuleLaunch<TRule> launch = _current!;
        if (launch == _last)
        {
            launch.CountAgain();
            _uncounted++;
            return;
        }

        Count(launch, _range, 1);
        _last = _isOfAll ? launch : null;
    }

    /// <summary>Lets a tensor begin anew.</summary>
    public void ResetState(LaunchTensor tensor)
    {
        CountSteps();
        _last = null;
        tensor.Steps = 0;
        tensor.IsAverageBegun = false;
        tensor.States!.Clear(tensor);
        tensor.Averages?.Clear(tensor);
    }

    /// <summary>Sets a tensor's step counter.</summary>
    public void SetSteps(LaunchTensor tensor, long steps)
    {
        CountSteps();
        _last = null;
        tensor.Steps = steps;
    }

    /// <summary>Takes notice of an average that was set, and goes on from there; or of one that is to begin in the next step.</summary>
    public void BeginAverage(LaunchTensor tensor, bool hasBegun = true)
    {
        CountSteps();
        _last = null;
        tensor.IsAverageBegun = hasBegun;
    }

    /// <summary>Brings the tensors' counters up to date.</summary>
    public void CountSteps()
    {
        if (_uncounted > 0)
            Count(_last!, _memory.Range, _uncounted);
        _uncounted = 0;
    }

    private void Count(RuleLaunch<TRule> launch, LaunchRange range, long steps)
    {
        foreach (LaunchTensor tensor in Tensors.AsSpan(range.FirstTensor, range.TensorCount))
        {
            if (!launch.TakesPart(tensor.Index))
                continue;
            tensor.Steps += steps;
            tensor.IsAverageBegun |= launch.Averages;
        }
    }
}
